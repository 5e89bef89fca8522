# What zsh completes: zsh -f complete.zsh FOLDER LINE...
#
# An interactive zsh, with FOLDER first in fpath, gets each LINE and a Tab; printed is a line
# "hit LINE-NUMBER WORD" for each word it would offer.
zmodload zsh/zpty || exit 9
zpty z zsh -f -i
zpty -w z "PROMPT= PS2= RPROMPT= fpath=(${(q)1} \$fpath)"
zpty -w z 'autoload -Uz compinit && compinit -u -D; bindkey "^I" complete-word "^U" kill-whole-line'
zpty -w z 'compadd () {
  if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then builtin compadd "$@"; return $?; fi
  typeset -a hits; builtin compadd -A hits "$@"
  for hit in $hits; do print -r -- "<h""it $hit>"; done; return 0 }'
zpty -w z 'finish () { print -r -- "<e""nd>"; comppostfuncs=(finish) }; finish; print -r -- "<rea""dy>"'
await() {
  local text
  while zpty -r z text; do
    for word in ${(M)${(s:<:)text}:#hit *}; do print -r -- "hit $number ${${word#hit }%%>*}"; done
    [[ $text == *"<$1>"* ]] && return
  done
  exit 8
}
number=0
await ready
shift
for line; do
  (( number++ ))
  zpty -n -w z "$line"$'\t'
  await end
  zpty -n -w z $'\C-u'
done
zpty -d z
