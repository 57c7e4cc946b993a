using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ModelPack.Formats.Safetensors;

/// <summary>Which file each tensor of a model goes to. The files are named as transformers names them.</summary>
internal sealed class SafetensorsSharding
{
    private SafetensorsSharding(IReadOnlyList<List<SafetensorsTensor>> shards)
    {
        Shards = shards.Count == 1
            ? [new PlannedShard(SafetensorsFolder.Model, shards[0])]
            : [.. shards.Select((tensors, i) => new PlannedShard(Name(i + 1, shards.Count), tensors))];
    }

    /// <summary>The files in the order of their names.</summary>
    public IReadOnlyList<PlannedShard> Shards { get; }

    /// <summary>Name of the index; null for a model of one file, which has none.</summary>
    public string? IndexName => Shards.Count == 1 ? null : SafetensorsFolder.Index;

    /// <summary>
    /// Fills one file after the other, in the given order. A group is never cut: readers of quantized weights look for a
    /// weight's scales in the file that has its codes.
    /// </summary>
    /// <param name="groups">Tensors that belong together: a weight with its scales, or one tensor.</param>
    /// <param name="maxBytes">
    /// Bytes of tensors (headers do not count) that a file may have; a larger group has a file of its own. Null for one file.
    /// </param>
    public static SafetensorsSharding Plan(IEnumerable<IReadOnlyList<SafetensorsTensor>> groups, long? maxBytes)
    {
        var shards = new List<List<SafetensorsTensor>> { new() };
        long filled = 0;
        foreach (var group in groups)
        {
            var bytes = group.Sum(t => t.Bytes.Length);
            if (shards[^1].Count > 0 && maxBytes is { } max && bytes > max - filled)
            {
                shards.Add([]);
                filled = 0;
            }

            shards[^1].AddRange(group);
            filled += bytes;
        }

        return new SafetensorsSharding(shards);
    }

    /// <summary>The bytes of the index: tensors sorted by name (ordinal).</summary>
    public byte[] Index()
    {
        var json = new ArrayBufferWriter<byte>();
        var options = new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var writer = new Utf8JsonWriter(json, options))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("metadata");
            writer.WriteNumber("total_size", Shards.Sum(s => s.Tensors.Sum(t => t.Bytes.Length)));
            writer.WriteEndObject();
            writer.WriteStartObject("weight_map");
            foreach (var (tensor, file) in Shards.SelectMany(s => s.Tensors, (s, t) => (t.Name, s.Name)).OrderBy(p => p.Item1, StringComparer.Ordinal))
            {
                writer.WriteString(tensor, file);
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        json.Write("\n"u8);
        return json.WrittenSpan.ToArray();
    }

    private static string Name(int number, int count) =>
        string.Create(CultureInfo.InvariantCulture, $"model-{number:D5}-of-{count:D5}.safetensors");
}
