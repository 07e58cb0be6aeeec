package main

import "golang.org/x/term"

// terminalWidth gives the columns of the terminal behind a file descriptor.
func terminalWidth(fd int) (width int, ok bool) {
	if !term.IsTerminal(fd) {
		return 0, false
	}
	width, _, err := term.GetSize(fd)
	if err != nil || width <= 0 {
		width = 80
	}
	return width, true
}
