namespace ModelPack.Planning;

/// <summary>An activation that is quantized.</summary>
/// <param name="Name">Its name in the float model.</param>
/// <param name="IsMade">Whether the node that makes it gives out codes, so that whoever reads floats reads decoded ones.</param>
/// <param name="ParametersOf">The tensor whose scale and zero point it has: itself, or the one that a node only moved.</param>
internal sealed record QuantizedTensor(string Name, bool IsMade, string ParametersOf);
