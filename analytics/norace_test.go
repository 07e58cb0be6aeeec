//go:build !race

package analytics_test

const raceDetector = false
