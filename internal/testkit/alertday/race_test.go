//go:build race

package alertday

const raceDetector = true
