// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cofferdam/operation/session.h"

#include "invocation.h"
#include "output.h"

#include <memory>
#include <string>
#include <string_view>

namespace cofferdam::cli {

// The whole program. Returns the exit code.
[[nodiscard]] int run(int argc, char** argv);

// Says what is wrong on standard error, as JSON where the output is JSON, and returns the exit
// code of the error's kind.
int report(const base::Error& error, Format format);
[[nodiscard]] int exit_code(base::ErrorKind kind);

// A whole file, or standard input for "-" and "".
[[nodiscard]] base::Result<std::string> read_input(const std::string& path);

// How the books are opened, with what the command line says about it.
[[nodiscard]] engine::Options engine_options(const Globals& globals);

// Opens books that exist, unless the operation may found them; the error says how to found some.
[[nodiscard]] base::Result<std::unique_ptr<operation::Session>> open_books(
    const Globals& globals, const operation::Registry& registry,
    operation::NeedsBooks needs = operation::NeedsBooks::existing);

[[nodiscard]] base::Result<operation::Envelope> envelope_of(const Globals& globals);

// The lines of a descriptor, carried out by a server.
[[nodiscard]] base::Result<int> run_remote_batch(const Globals& globals, int descriptor,
                                                 Output& output);

[[nodiscard]] base::Result<int> run_operation(const Globals& globals, const OperationCall& call,
                                              const operation::Registry& registry);
[[nodiscard]] base::Result<int> run_init(const Globals& globals, const InitCall& call,
                                         const operation::Registry& registry);
[[nodiscard]] base::Result<int> run_batch(const Globals& globals, const BatchCall& call,
                                          const operation::Registry& registry);
[[nodiscard]] base::Result<int> run_calc(const Globals& globals, const CalcCall& call,
                                         const operation::Registry& registry);
[[nodiscard]] base::Result<int> run_schema(const Globals& globals, const SchemaCall& call,
                                           const operation::Registry& registry);
[[nodiscard]] base::Result<int> run_complete(const CompleteCall& call,
                                             const operation::Registry& registry);
[[nodiscard]] base::Result<int> run_proof_verify(const Globals& globals,
                                                 const ProofVerifyCall& call);
[[nodiscard]] base::Result<int> run_serve(const Globals& globals, const ServeCall& call,
                                          const operation::Registry& registry);
[[nodiscard]] base::Result<int> run_restore(const Globals& globals, const RestoreCall& call,
                                            const operation::Registry& registry);
[[nodiscard]] base::Result<int> run_bundle(const Globals& globals, const BundleCall& call);
[[nodiscard]] base::Result<int> run_prove(const Globals& globals, const ProveCall& call);
[[nodiscard]] base::Result<int> run_sign(const Globals& globals, const SignCall& call);
[[nodiscard]] base::Result<int> run_reference(const ReferenceCall& call,
                                              const operation::Registry& registry);

}  // namespace cofferdam::cli
