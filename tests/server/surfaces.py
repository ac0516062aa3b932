# SPDX-License-Identifier: Apache-2.0
"""Verbs of the command line that a server does not offer, and why not."""

FOLDER = "it founds or replaces a whole folder"
REPLAY = "it replays the journal while everything else would wait"
FILES = "it reads or writes files of the machine that it runs on"
SECRET = "it makes a secret that stays in the folder"
MODEL = "the books would wait for a model; a server offers calc and the command, one after the other"
PERSONAL = "it keeps or forgets personal data beside the journal"

WITHOUT_PATH = {
    "books.found": FOLDER, "books.replay": FOLDER, "books.verify": REPLAY,
    "journal.verify": REPLAY, "journal.archive": FILES, "key.handover": SECRET,
    "pool.image": FILES, "pool.adopt": FILES, "import.hledger": FILES, "import.csv": FILES,
    "intent.export": FILES, "intent.import": FILES, "owner.erase-label": PERSONAL,
    "owner.set-label": PERSONAL, "report.public": FILES, "proof.page": FILES,
    "statement.import": FILES, "statement.export": FILES, "margin.calculate-grid": MODEL,
    "publication.publish": MODEL, "publication.verify": MODEL,
    "tariff.publish-with-figures": FILES}


def reason(name):
    """Why a registered operation has no path; None where it must have one."""
    if name.startswith(("export.", "venue.", "insure.")):
        return FILES
    return WITHOUT_PATH.get(name)
