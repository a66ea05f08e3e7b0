# Completion of carnet for fish. Write it to where fish looks for it:
#   carnet completion fish > ~/.config/fish/completions/carnet.fish
function __carnet_complete
  set -l words (commandline -opc) (commandline -ct)
  set -l found ($words[1] __complete $words[2..-1] 2>/dev/null)
  if test "$found[1]" = ':files'
    __fish_complete_path (commandline -ct)
  else if set -q found[1]
    printf '%s\n' $found
  end
end
complete -c carnet -f -a '(__carnet_complete)'
