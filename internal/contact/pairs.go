package contact

// Pair names two contacts of which somebody said that they are different people
// (CONTRACT D30). It holds for those that the two ids lead to. A is the smaller.
type Pair struct{ A, B ID }

// PairOf makes a pair of two ids, in whichever order.
func PairOf(a, b ID) Pair { return Pair{min(a, b), max(a, b)} }
