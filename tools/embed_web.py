#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""embed_web.py PAGES OUTPUT: packs the files of PAGES and writes OUTPUT/web_assets_table.cpp, which
holds them. The same files give the same bytes; the source is rewritten only when a file changed."""
import gzip
import hashlib
import pathlib
import sys

TYPES = {".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8",
         ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".woff2": "font/woff2",
         ".txt": "text/plain; charset=utf-8"}
pages, output = map(pathlib.Path, sys.argv[1:])
packed = output / "packed"
packed.mkdir(parents=True, exist_ok=True)

rows, symbols = [], []
files = {"/" if file.name == "index.html" else "/" + file.relative_to(pages).as_posix(): file
         for file in pages.rglob("*") if file.is_file()}
for number, (path, file) in enumerate(sorted(files.items())):
    content = file.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    member = packed / f"{digest}.gz"
    if not member.exists():
        member.write_bytes(gzip.compress(content, 9, mtime=0))
    name = f"cofferdam_web_{number}"
    symbols.append((name, member))
    versioned = "true" if path.startswith("/assets/") else "false"
    rows.append(f'    {{"{path}", "{TYPES[file.suffix]}", "\\"{digest[:32]}\\"", {versioned},\n'
                f"     {name}, {name}_end}},")

code = ['// SPDX-License-Identifier: Apache-2.0', '#include "cofferdam/server/web_assets.h"', ""]
code += [f'asm(".section .rodata\\n.global {name}\\n{name}:\\n.incbin \\"{member}\\"\\n"\n'
         f'    ".global {name}_end\\n{name}_end:\\n.byte 0\\n.text\\n");' for name, member in symbols]
code += [""]
code += [f'extern "C" const unsigned char {name}[];\nextern "C" const unsigned char {name}_end[];'
         for name, _ in symbols]
code += ["", "namespace cofferdam::server {", "", "std::span<const WebAsset> web_assets() {",
         "  static const WebAsset assets[] = {", *rows, "  };", "  return assets;", "}", "",
         "}  // namespace cofferdam::server", ""]
text = "\n".join(code)
table = output / "web_assets_table.cpp"
if not table.exists() or table.read_text() != text:
    table.write_text(text)
else:
    table.touch()
