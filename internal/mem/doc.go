// Package mem tells the processor and the kernel what much memory will be
// needed for: lines that are read soon are fetched before, memory that is
// read all over lies in huge pages, and pages of the program that only its start
// needed are given back.
//
// Nothing here changes a value. Where a platform has no way to say such things
// all functions do nothing.
package mem
