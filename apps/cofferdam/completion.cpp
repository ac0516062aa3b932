// SPDX-License-Identifier: Apache-2.0
//
// Completion for three shells from one list of words: the noun or verb, then the verb, then
// options.
#include "words.h"

#include <map>
#include <set>

namespace cofferdam::cli {
namespace {

struct Vocabulary {
  std::set<std::string> first;
  std::map<std::string, std::set<std::string>> second;
  std::map<std::string, std::string> options;  // by "noun verb" or "verb"
  std::map<std::string, std::string> summaries;
  std::string globals;
};

Vocabulary vocabulary(const operation::Registry& registry) {
  Vocabulary words;
  for (const OptionWord& option : global_words())
    words.globals += (words.globals.empty() ? "" : " ") + option.name;
  for (const VerbWords& verb : verb_words(registry)) {
    const auto space = verb.words.find(' ');
    words.first.insert(verb.words.substr(0, space));
    if (space != std::string::npos)
      words.second[verb.words.substr(0, space)].insert(verb.words.substr(space + 1));
    std::string& options = words.options[verb.words];
    for (const OptionWord& option : verb.options)
      options += (options.empty() ? "" : " ") + option.name;
    words.summaries[verb.words] = verb.summary;
  }
  for (const auto& entry : registry.calculators) words.second["calc"].insert(entry.name);
  words.second["complete"] = {"bash", "zsh", "fish"};
  return words;
}

std::string joined(const std::set<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

// Of `batch`, `calc` and `complete`, which are verbs and have words behind them too.
std::string verbs_of(const Vocabulary& words, const std::string& first) {
  const auto found = words.second.find(first);
  return found == words.second.end() ? std::string{} : joined(found->second) + " ";
}

// A function in the words that bash and zsh share: prints the candidates behind the words so far.
std::string candidates_function(const Vocabulary& words) {
  std::string out = "_cofferdam_candidates() {\n  case \"$1\" in\n";
  for (const auto& [verb, options] : words.options)
    out += "    '" + verb + "') echo '" + verbs_of(words, verb) + options + " " + words.globals +
           "' ;;\n";
  for (const auto& [noun, verbs] : words.second)
    if (words.options.find(noun) == words.options.end())
      out += "    '" + noun + "') echo '" + joined(verbs) + "' ;;\n";
  out += "    '') echo '" + joined(words.first) + " " + words.globals + "' ;;\n";
  return out + "  esac\n}\n";
}

std::string bash_script(const Vocabulary& words) {
  std::string out = "# bash completion for cofferdam\n" + candidates_function(words);
  out +=
      "_cofferdam() {\n"
      "  local current=${COMP_WORDS[COMP_CWORD]} so_far='' i word\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    word=${COMP_WORDS[i]}\n"
      "    [[ $word == -* || ( ${COMP_WORDS[i-1]} == -* && ${COMP_WORDS[i-1]} != --dry-run ) ]] "
      "&& continue\n"
      "    [[ -n $(_cofferdam_candidates \"${so_far:+$so_far }$word\") ]] && "
      "so_far=\"${so_far:+$so_far }$word\"\n"
      "  done\n"
      "  COMPREPLY=($(compgen -W \"$(_cofferdam_candidates \"$so_far\")\" -- "
      "\"$current\"))\n"
      "}\n"
      "complete -o default -F _cofferdam cofferdam\n";
  return out;
}

std::string zsh_script(const Vocabulary& words) {
  std::string out = "#compdef cofferdam\n" + candidates_function(words);
  out +=
      "_cofferdam() {\n"
      "  local so_far='' word i\n"
      "  for ((i = 2; i < CURRENT; i++)); do\n"
      "    word=${words[i]}\n"
      "    [[ $word == -* || ( ${words[i-1]} == -* && ${words[i-1]} != --dry-run ) ]] "
      "&& continue\n"
      "    [[ -n $(_cofferdam_candidates \"${so_far:+$so_far }$word\") ]] && "
      "so_far=\"${so_far:+$so_far }$word\"\n"
      "  done\n"
      "  compadd -- ${=$(_cofferdam_candidates \"$so_far\")}\n"
      "}\n"
      "compdef _cofferdam cofferdam\n";
  return out;
}

std::string quoted(std::string text) {
  std::string out;
  for (const char c : text) out += c == '\'' ? std::string("\\'") : std::string(1, c);
  return "'" + out + "'";
}

std::string fish_script(const Vocabulary& words, const operation::Registry& registry) {
  std::string out = "# fish completion for cofferdam\ncomplete -c cofferdam -f\n";
  for (const std::string& first : words.first) {
    const auto summary = words.summaries.find(first);
    out += "complete -c cofferdam -n __fish_use_subcommand -a " + first;
    if (summary != words.summaries.end()) out += " -d " + quoted(summary->second);
    out += "\n";
  }
  for (const auto& [noun, verbs] : words.second)
    for (const std::string& verb : verbs) {
      const auto summary = words.summaries.find(noun + " " + verb);
      out += "complete -c cofferdam -n '__fish_seen_subcommand_from " + noun +
             "; and not __fish_seen_subcommand_from " + joined(verbs) + "' -a " + verb;
      if (summary != words.summaries.end()) out += " -d " + quoted(summary->second);
      out += "\n";
    }
  for (const VerbWords& verb : verb_words(registry)) {
    std::string seen = "__fish_seen_subcommand_from " + verb.words;
    if (const auto space = verb.words.find(' '); space != std::string::npos)
      seen = "__fish_seen_subcommand_from " + verb.words.substr(0, space) +
             "; and __fish_seen_subcommand_from " + verb.words.substr(space + 1);
    for (const OptionWord& option : verb.options)
      out += "complete -c cofferdam -n '" + seen + "' -l " + option.name.substr(2) +
             (option.value.empty() ? "" : " -r") + " -d " + quoted(option.doc) + "\n";
  }
  for (const OptionWord& option : global_words())
    out += "complete -c cofferdam -l " + option.name.substr(2) +
           (option.value.empty() ? "" : " -r") + " -d " + quoted(option.doc) + "\n";
  return out;
}

}  // namespace

std::string completion_script(std::string_view shell, const operation::Registry& registry) {
  const Vocabulary words = vocabulary(registry);
  if (shell == "bash") return bash_script(words);
  return shell == "zsh" ? zsh_script(words) : fish_script(words, registry);
}

}  // namespace cofferdam::cli
