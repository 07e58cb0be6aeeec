// Package live makes the picture that the page shows: each second a scene.Frame
// of what the engine knows, kept in a history.Store and sent to all open pages.
//
// A message is encoded once and compressed once, however many pages there are:
// each is a piece of a gzip stream that refers to nothing before it, so that it
// fits into the stream of every page. A page that does not read what it is sent
// is dropped; its browser connects again by itself.
//
// Locks: Live.mu (what the engine told since the last second) is a leaf that the
// engine's tick takes; nothing of the engine's is asked under it.
package live
