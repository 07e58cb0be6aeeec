package packet

// DissectLong is Dissect without the short way for ordinary headers.
var DissectLong = dissect
