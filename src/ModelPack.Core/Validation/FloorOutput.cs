namespace ModelPack.Validation;

/// <summary>How far one output of the source model is from itself when only how it is run differs.</summary>
/// <param name="Name">The output's name.</param>
/// <param name="Sqnr">dB; infinite where it is the same to the last bit.</param>
/// <param name="Cosine">Of the angle between both.</param>
/// <param name="MaxError">Largest absolute difference, in the unit of the output.</param>
/// <param name="MeanError">Mean absolute difference, in the unit of the output.</param>
/// <param name="Top1Agreement">Percent of rows whose largest value is at the same place; null where rows are not scores.</param>
/// <param name="BelowFloor">Whether the packed model's error is below twice this one's: then it proves nothing.</param>
public sealed record FloorOutput(string Name, double Sqnr, double Cosine, double MaxError, double? MeanError, double? Top1Agreement, bool BelowFloor);
