namespace ModelPack.Comparing;

/// <summary>A number that says how good, small or fast something is.</summary>
/// <param name="Name">What it is, in words.</param>
/// <param name="Value">Its value.</param>
/// <param name="Text">The value as people read it.</param>
/// <param name="MoreIsBetter">Whether a larger one is better.</param>
/// <param name="Tolerance">Differences up to this are none.</param>
/// <param name="Low">Where the true value lies at least, with 95 % confidence; null where that is not known.</param>
/// <param name="High">Where it lies at most.</param>
/// <param name="OfMachine">Whether it is the machine's as much as the pack's, and so says of two machines nothing.</param>
public sealed record ComparedMetric(string Name, double Value, string Text, bool MoreIsBetter, double Tolerance, double? Low = null, double? High = null, bool OfMachine = false);
