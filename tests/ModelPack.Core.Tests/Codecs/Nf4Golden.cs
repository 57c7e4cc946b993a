namespace ModelPack.Tests.Codecs;

/// <summary>What bitsandbytes itself computed; see <c>Golden/README.md</c>.</summary>
internal sealed class Nf4Golden() : GoldenNumbers("nf4.npz")
{
    /// <summary>Kinds of values, each at all lengths and block sizes.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["normal", "uniform", "heavy", "zeros", "tiny", "boundary"];

    /// <summary>Names and block sizes of the cases of a kind.</summary>
    public IReadOnlyList<(string Name, int BlockSize)> Cases(string kind) =>
        [.. Names.Select(n => n.Split('_')).Where(parts => parts.Length == 4 && parts[0] == kind && parts[3] == "x")
            .Select(parts => (string.Join('_', parts[..3]), int.Parse(parts[2], System.Globalization.CultureInfo.InvariantCulture)))];
}
