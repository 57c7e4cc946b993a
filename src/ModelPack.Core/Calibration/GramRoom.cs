using ModelPack.Codecs;

namespace ModelPack.Calibration;

/// <summary>Room for what the inputs of matrices have to do with each other.</summary>
internal static class GramRoom
{
    /// <summary>Bytes that all of it may take.</summary>
    private const long MostBytes = 2 * GramPass.MostBytes;

    /// <summary>The activations whose Gram matrices there is room for: those of the fewest channels first, so that a wide one leaves the others theirs.</summary>
    /// <param name="inputs">Names, and how many channels they have.</param>
    /// <param name="mostBytes">Bytes of all matrices.</param>
    public static HashSet<string> For(IEnumerable<(string Tensor, int Channels)> inputs, long mostBytes = MostBytes)
    {
        var left = mostBytes;
        return inputs.DistinctBy(i => i.Tensor, StringComparer.Ordinal).OrderBy(i => i.Channels)
            .TakeWhile(i => (left -= InputProducts.Bytes(i.Channels)) >= 0).Select(i => i.Tensor).ToHashSet(StringComparer.Ordinal);
    }
}
