// Package pages runs what the documents show. Every block of commands in README.md,
// the other pages at the top and docs/*.md is run as it stands there, in a folder with
// testdata, docs and deploy of this repository, and every block of YAML is read as a
// configuration, unless a comment in the line above the block says otherwise:
//
//	<!-- run: shows `RE` -->         what it prints, on either stream, matches the expression
//	<!-- run: status `0|1` -->       it ends with one of these (0)
//	<!-- run: until `RE` -->         once that is printed it is interrupted, and must end well
//	<!-- run: behind `RE` -->        once that is printed the next blocks run beside it
//	<!-- run: live -->               beside a collector that hears a simulated fabric
//	<!-- run: needs `kcat` -->       skipped where that program is not installed
//	<!-- run: file `NAME` -->        written to a file for the next blocks; YAML is checked too
//	<!-- run: check `COMMAND` -->    the file is checked by this command
//	<!-- not run: WHY -->            for whoever reads it to judge
//	<!-- run by: PATH -->            by that file or folder, which names the document
//	<!-- all run by: PATH -->        the same of all blocks down to the next chapter
//	<!-- switch: SOURCE -->          for a switch, with the document that says so
//
// Words of one comment are divided by commas. A block without a collector of its own
// that talks to Kafka finds one at kafka1:9092: the broker that SPOOR_TEST_KAFKA names,
// else an embedded one. Usual addresses (127.0.0.1:8080 and the like) stand for those
// that the collector of the page has really got.
package pages
