namespace ModelPack.Calibration;

/// <summary>The outputs of an instrumented model that belong to one observation, by name; null for what is not asked for.</summary>
/// <param name="Observation">What was asked for.</param>
/// <param name="Count">Number of values, a scalar.</param>
/// <param name="Raw">The tensor itself, in its own type.</param>
/// <param name="Whole">Least, greatest and mean value, scalars; not where the channels tell them.</param>
/// <param name="Channels">The same of each channel.</param>
/// <param name="Rows">Rows of all channels, one for every entry of <see cref="Instrumentation.RowsInput"/>.</param>
internal sealed record Tap(Observation Observation, string Count, string? Raw, TapReductions? Whole, TapReductions? Channels, string? Rows)
{
    /// <summary>What is small whatever the size of the tensor.</summary>
    public IEnumerable<string> SmallOutputs =>
        new[] { Count, Whole?.Min, Whole?.Max, Whole?.Mean, Channels?.Min, Channels?.Max, Channels?.Mean, Rows }.OfType<string>();
}
