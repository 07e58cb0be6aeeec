#include "textflag.h"

// func fetch(p unsafe.Pointer)
TEXT ·fetch(SB), NOSPLIT|NOFRAME, $0-8
	MOVQ p+0(FP), AX
	PREFETCHT0 (AX)
	RET

// func fetchAll(p unsafe.Pointer, n uintptr)
TEXT ·fetchAll(SB), NOSPLIT|NOFRAME, $0-16
	MOVQ p+0(FP), AX
	MOVQ n+8(FP), CX
	ADDQ AX, CX        // the end
	ANDQ $~63, AX      // the line in which p lies
	JMP  more
next:
	PREFETCHT0 (AX)
	ADDQ $64, AX
more:
	CMPQ AX, CX
	JCS  next
	RET
