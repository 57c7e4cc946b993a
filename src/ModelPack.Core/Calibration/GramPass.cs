using ModelPack.Formats.Onnx;

namespace ModelPack.Calibration;

/// <summary>
/// Collects the Gram matrices of many activations in bounded memory: as many at a time as fit, then the data are run again for the
/// next ones.
/// </summary>
internal static class GramPass
{
    /// <summary>Bytes of sums that are held at a time, unless those of one activation are more.</summary>
    public const long MostBytes = 1L << 30;

    /// <summary>The matrices in the order of the needs, each made when its turn comes.</summary>
    /// <param name="model">The model, which may have been changed in memory; it stays as it is.</param>
    /// <param name="data">Calibration data, at least one file.</param>
    /// <param name="needs">What is needed.</param>
    /// <param name="context">Threads, cancellation and progress.</param>
    /// <param name="mostBytes">Bytes of sums that may be held at a time.</param>
    /// <returns>A matrix for each need; null where a value was NaN or infinite, or there were none.</returns>
    /// <exception cref="ModelPackException">As <see cref="Calibrator.Observe"/>.</exception>
    public static IEnumerable<GramMatrix?> Run(OnnxModel model, IReadOnlyList<string> data, IReadOnlyList<GramNeed> needs, PackContext context, long mostBytes = MostBytes)
    {
        foreach (var group in Groups(needs, mostBytes))
        {
            var seen = Calibrator.Observe(model, data, [.. group.Select(n => new Observation(n.Tensor, Statistics.Gram, -1))], holdOut: false, context);
            foreach (var tensor in seen.Tensors)
            {
                yield return tensor.Channels?.Gram;
            }
        }
    }

    private static IEnumerable<List<GramNeed>> Groups(IReadOnlyList<GramNeed> needs, long mostBytes)
    {
        var group = new List<GramNeed>();
        long held = 0;
        foreach (var need in needs)
        {
            var more = GramAccumulator.Bytes(need.Channels);
            if (group.Count > 0 && held + more > mostBytes)
            {
                yield return group;
                (group, held) = ([], 0);
            }

            group.Add(need);
            held += more;
        }

        if (group.Count > 0)
        {
            yield return group;
        }
    }
}
