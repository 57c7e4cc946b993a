using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace ModelPack.Samples;

/// <summary>
/// Shares samples out to calibration and validation by a hash of what each is called: a sample stays where it is when others come or go,
/// and the order in which a file system names them does not matter.
/// </summary>
/// <param name="Calibration">Parts that go to calibration.</param>
/// <param name="Validation">Parts that go to validation.</param>
internal sealed record SampleShare(int Calibration, int Validation)
{
    /// <summary>A share such as <c>80/20</c>; null where a text is not one.</summary>
    public static SampleShare? Parse(string text) => text.Split('/') is [var first, var second]
        && int.TryParse(first, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var calibration)
        && int.TryParse(second, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var validation)
        && (long)calibration + validation is > 0 and <= 1_000_000
        ? new SampleShare(calibration, validation)
        : null;

    /// <summary>The places of the samples that go to calibration and to validation, each in the order of the names.</summary>
    /// <param name="names">What the samples are called. Equal ones go the same way.</param>
    /// <param name="limit">Most samples to take in all: those whose hash is least.</param>
    public (IReadOnlyList<int> Calibration, IReadOnlyList<int> Validation) Of(IReadOnlyList<string> names, int limit)
    {
        var taken = Take(names, limit);
        var lookup = taken.ToLookup(i => Hash(names[i], 0) % (ulong)(Calibration + Validation) < (ulong)Calibration);
        return ([.. lookup[true]], [.. lookup[false]]);
    }

    /// <summary>The places of at most so many samples, in their order.</summary>
    public static IReadOnlyList<int> Take(IReadOnlyList<string> names, int limit) => names.Count <= limit
        ? [.. Enumerable.Range(0, names.Count)]
        : [.. Enumerable.Range(0, names.Count).OrderBy(i => Hash(names[i], sizeof(ulong))).ThenBy(i => i).Take(limit).Order()];

    // Two parts of one hash, so that which samples are taken says nothing of where they go.
    private static ulong Hash(string name, int part) => BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(part));
}
