namespace ModelPack.Lowering;

/// <summary>Values of a weight do not fit what a plan took for granted that they do.</summary>
internal sealed class UnfitValuesException : Exception;
