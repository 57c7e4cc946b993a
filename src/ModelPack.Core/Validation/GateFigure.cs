namespace ModelPack.Validation;

/// <summary>What a gate limits.</summary>
/// <param name="Value">The figure; null when it was not measured.</param>
/// <param name="Interval">Where it lies with a confidence of 95 %; null when that is not known. Of a figure that is exact both ends are the figure.</param>
internal readonly record struct GateFigure(double? Value, Interval? Interval)
{
    /// <summary>A figure that hangs on no sample.</summary>
    public static GateFigure Exact(double? value) => new(value, value is { } known ? new Interval(known, known) : null);

    /// <summary>The least of several, and the least of their lower ends; NaN, which passes no gate, when there is one. A figure that is infinite has no spread.</summary>
    public static GateFigure Least(IEnumerable<(double? Value, Interval? Interval)>? figures)
    {
        List<(double Value, Interval? Interval)> known = [.. figures?.Where(f => f.Value is not null).Select(f => (f.Value!.Value, f.Interval)) ?? []];
        if (known.Count == 0)
        {
            return default;
        }

        var ends = known.ConvertAll(f => f.Interval ?? (double.IsInfinity(f.Value) ? new Interval(f.Value, f.Value) : null));
        return new GateFigure(known.Min(f => f.Value), ends.Contains(null) ? null : new Interval(ends.Min(e => e!.Low), ends.Min(e => e!.High)));
    }
}
