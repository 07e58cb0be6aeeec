#include "textflag.h"

// func fetch(p unsafe.Pointer)
TEXT ·fetch(SB), NOSPLIT|NOFRAME, $0-8
	MOVD p+0(FP), R0
	PRFM (R0), PLDL1KEEP
	RET

// func fetchAll(p unsafe.Pointer, n uintptr)
TEXT ·fetchAll(SB), NOSPLIT|NOFRAME, $0-16
	MOVD p+0(FP), R0
	MOVD n+8(FP), R1
	ADD  R0, R1        // the end
	AND  $~63, R0      // the line in which p lies
	B    more
next:
	PRFM (R0), PLDL1KEEP
	ADD  $64, R0
more:
	CMP  R1, R0
	BLO  next
	RET
