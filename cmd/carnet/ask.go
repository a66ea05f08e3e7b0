package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/mattn/go-isatty"
)

// canAsk tells whether somebody is there who can be asked.
func canAsk(in *surroundings) bool {
	said, ok := in.stderr.(*os.File)
	return ok && isatty.IsTerminal(said.Fd()) && isatty.IsTerminal(os.Stdin.Fd())
}

// ask asks a question of somebody at a terminal, who may end the command instead. All but
// a yes is a no.
func ask(in *surroundings, question string) (bool, error) {
	return askOf(in, os.Stdin, question)
}

func askOf(in *surroundings, from io.Reader, question string) (bool, error) {
	if _, err := fmt.Fprintf(in.stderr, "%s [y/N] ", question); err != nil {
		return false, err
	}
	answer := make(chan string, 1)
	go func() { // goes with the program, where nothing is answered
		line, _ := bufio.NewReader(from).ReadString('\n') // what ends without one is an answer too
		answer <- line
	}()
	select {
	case line := <-answer:
		switch strings.ToLower(strings.TrimSpace(line)) {
		case "y", "yes":
			return true, nil
		}
		return false, nil
	case <-in.ctx.Done():
		fmt.Fprintln(in.stderr)
		return false, in.ctx.Err()
	}
}
