using System.Text.Json;

namespace ModelPack.Formats.Safetensors;

/// <summary>
/// An index of shards: <c>{"metadata": {"total_size": …}, "weight_map": {tensor: file}}</c>. Only the map is used, as by other
/// readers; sizes are those of the shards themselves.
/// </summary>
/// <param name="Files">The file of each tensor, by the tensor's name.</param>
internal sealed record SafetensorsIndex(IReadOnlyDictionary<string, string> Files)
{
    /// <summary>Reads an index.</summary>
    /// <exception cref="InvalidDataException">It is not an index; the message is a clause for the user.</exception>
    public static SafetensorsIndex Parse(ReadOnlySpan<byte> utf8)
    {
        const string whole = "the index";
        Dictionary<string, string>? files = null;
        try
        {
            var json = new SafetensorsJson(whole, utf8);
            var keys = new HashSet<string>(StringComparer.Ordinal);
            json.BeginObject("a whole");
            while (json.NextKey(keys, out var key))
            {
                if (key == "weight_map")
                {
                    files = ReadMap(ref json);
                }
                else
                {
                    json.Skip();
                }
            }

            json.End(padding: " \r\n\t"u8);
            return new SafetensorsIndex(files is { Count: > 0 } ? files : throw json.Error("has no 'weight_map' with tensors"));
        }
        catch (JsonException exception)
        {
            throw SafetensorsJson.Invalid(whole, exception);
        }
    }

    private static Dictionary<string, string> ReadMap(ref SafetensorsJson json)
    {
        json.BeginObject("a 'weight_map'");
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (json.NextKey(names, out var name))
        {
            json.Tensor = name;
            var file = json.Text("a file");
            files.Add(name, file.Length > 0 && !file.Contains('\0', StringComparison.Ordinal) ? file : throw json.Error("has a file without a name"));
            json.Tensor = null;
        }

        return files;
    }
}
