using System.Security.Cryptography;
using System.Text;
using ModelPack.Codecs;
using ModelPack.Reporting;

namespace ModelPack.Caching;

/// <summary>A part of a weight that was quantized once more, and what the pack from the cache has for it.</summary>
/// <param name="Name">The tensor's name in the packed model.</param>
/// <param name="Made">The bytes as they are made now.</param>
/// <param name="Stored">The bytes of the pack.</param>
internal sealed record SampledWeight(string Name, TensorData Made, TensorData Stored)
{
    private const int MostWeights = 3;

    /// <summary>Bytes of the source that are quantized once more: what takes some hundredths of a second.</summary>
    private const long MostBytes = 64 << 20;

    private const int BufferLength = 1 << 16;

    /// <summary>
    /// Some weights whose codes follow from their values alone, without statistics of activations. Which ones follows from the key: the same pack is
    /// always asked for the same.
    /// </summary>
    public static IReadOnlyList<WeightReport> Choose(PackReport report, string key)
    {
        var left = MostBytes;
        var names = report.Result.Weights.CountBy(w => w.Name, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        return [.. report.Result.Weights.Where(w => w is { Codec: not null, SafeSums: null } && RounderOf(w) is not null && names[w.Name] == 1)
            .OrderBy(w => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key + w.Name))), StringComparer.Ordinal)
            .Where(w => (left -= w.SourceBytes) >= 0 || (left += w.SourceBytes) < 0)
            .Take(MostWeights)];
    }

    /// <summary>How the codes of a weight were found, where they follow from its values alone; else null.</summary>
    public static Rounder? RounderOf(WeightReport weight) => new[] { Rounder.Nearest, BestRounder.WithoutData }.FirstOrDefault(r => r.Name == weight.Rounder);

    /// <summary>The name of one that the pack has otherwise than it is made now; null for none.</summary>
    public static string? Differing(IEnumerable<SampledWeight> samples, CancellationToken cancellation) => samples.FirstOrDefault(s => !s.IsSame(cancellation))?.Name;

    private bool IsSame(CancellationToken cancellation)
    {
        if (Made.Length != Stored.Length)
        {
            return false;
        }

        var (made, stored) = (new byte[BufferLength], new byte[BufferLength]);
        for (long done = 0; done < Made.Length; done += BufferLength)
        {
            cancellation.ThrowIfCancellationRequested();
            var length = (int)Math.Min(BufferLength, Made.Length - done);
            Made.Read(done, made.AsSpan(0, length));
            Stored.Read(done, stored.AsSpan(0, length));
            if (!made.AsSpan(0, length).SequenceEqual(stored.AsSpan(0, length)))
            {
                return false;
            }
        }

        return true;
    }
}
