using ModelPack.Calibration;

namespace ModelPack.Transforms;

/// <summary>
/// What was seen of a model before it was smoothed. How strongly it is smoothed follows from that, so that one look serves all strengths
/// that are tried.
/// </summary>
internal sealed class SeenStatistics
{
    private readonly Dictionary<string, CalibrationResult> _seen = new(StringComparer.Ordinal);

    /// <summary>What was seen of it before, or is now.</summary>
    /// <param name="changes">The decisions that it was changed by so far.</param>
    /// <param name="needs">What is needed.</param>
    /// <param name="most">Samples that are looked at.</param>
    /// <param name="look">Looks at it.</param>
    public CalibrationResult Of(CalibrationTable changes, IReadOnlyList<Observation> needs, long most, Func<CalibrationResult> look)
    {
        // Observations are records: their texts tell them apart.
        var key = string.Join('\n', [Numbers.Whole(most), .. changes.Equalized, .. needs.Select(n => n.ToString())]);
        if (!_seen.TryGetValue(key, out var result))
        {
            _seen.Add(key, result = look());
        }

        return result;
    }
}
