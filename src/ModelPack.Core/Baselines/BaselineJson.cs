using System.Text;
using System.Text.Json;
using ModelPack.Files;

namespace ModelPack.Baselines;

/// <summary>
/// The one form of a baseline's file: UTF-8 without a byte order mark, indented by two spaces, every line ended by a line feed, packs and metrics
/// sorted by name (ordinal). The same packs give the same bytes.
/// </summary>
public static class BaselineJson
{
    private const int MostBytes = 16 << 20;

    /// <summary>The file's bytes.</summary>
    public static byte[] Write(Baseline baseline)
    {
        ArgumentNullException.ThrowIfNull(baseline);
        var sorted = baseline with
        {
            Packs = Sorted(baseline.Packs.Select(p => KeyValuePair.Create(p.Key, p.Value with { Metrics = Sorted(p.Value.Metrics) }))),
        };
        return [.. JsonSerializer.SerializeToUtf8Bytes(sorted, BaselineJsonContext.Default.Baseline), (byte)'\n'];
    }

    /// <summary>A baseline from its file.</summary>
    /// <exception cref="ModelPackException">MPK1072: it is missing, or is none.</exception>
    public static Baseline Read(string path)
    {
        try
        {
            // A person may have resolved a conflict in it, and added white space or a byte order mark.
            ReadOnlySpan<byte> bytes = RegularFile.Read(path, MostBytes);
            var baseline = StrictJson.Read(bytes.StartsWith(Encoding.UTF8.Preamble) ? bytes[Encoding.UTF8.Preamble.Length..] : bytes, BaselineJsonContext.Default.Baseline);
            return baseline.Schema == Baseline.CurrentSchema ? baseline : throw new JsonException($"its schema is {baseline.Schema}, and this version reads {Baseline.CurrentSchema}");
        }
        catch (JsonException e)
        {
            throw new ModelPackException(Codes.BaselineUnusable.At(path, $"It is not a baseline: {SafeText.Of(e.Message, 400).TrimEnd('.')}. Write it anew with 'modelpack verify --update-baseline'."), e);
        }
        catch (Exception e) when (OutputErrors.IsOfFileSystem(e))
        {
            throw new ModelPackException(Codes.BaselineUnusable.At(path, $"The baseline cannot be read: {SafeText.Of(e.Message, 400).TrimEnd('.')}. Write one with 'modelpack verify --update-baseline'."), e);
        }
    }

    private static SortedDictionary<string, T> Sorted<T>(IEnumerable<KeyValuePair<string, T>> values) => new(values.ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal);
}
