#compdef carnet
# Completion of carnet for zsh. Put this line into ~/.zshrc, below compinit:
#   source <(carnet completion zsh)
_carnet() {
  local line
  local -a found
  for line in "${(@f)$("${words[1]}" __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    if [[ $line == :files ]]; then
      _files
      return
    fi
    [[ -n $line ]] && found+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
  done
  _describe carnet found
}
compdef _carnet carnet
