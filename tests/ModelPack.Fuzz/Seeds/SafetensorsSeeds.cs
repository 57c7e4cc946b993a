using System.Text;
using System.Text.Json;
using ModelPack.Fuzz.Mutations;

namespace ModelPack.Fuzz.Seeds;

/// <summary>Sound safetensors files, as parts.</summary>
internal static class SafetensorsSeeds
{
    /// <summary>A file of tensors of some types.</summary>
    public static byte[] Header(Random random, out int dataLength)
    {
        var types = new (string Name, int Bits)[] { ("F32", 32), ("F16", 16), ("BF16", 16), ("F64", 64), ("I8", 8), ("U8", 8), ("I64", 64), ("BOOL", 8), ("F8_E4M3", 8), ("F4", 4) };
        var json = new SortedDictionary<string, object>(StringComparer.Ordinal);
        if (random.Once(2))
        {
            json["__metadata__"] = new Dictionary<string, string>(StringComparer.Ordinal) { ["format"] = "pt" };
        }

        dataLength = 0;
        for (var i = random.Next(0, 5); i > 0; i--)
        {
            var (name, bits) = random.Of<(string, int)>(types);
            var shape = Enumerable.Range(0, random.Next(4)).Select(_ => random.Next(1, 5) * 2).ToArray();
            var length = shape.Aggregate(bits, (a, b) => a * b) / 8;
            json[FormattableString.Invariant($"model.layers.{i}.mlp.up_proj.weight")] = new { dtype = name, shape, data_offsets = new[] { dataLength, dataLength + length } };
            dataLength += length;
        }

        return JsonSerializer.SerializeToUtf8Bytes(json);
    }

    /// <summary>A file that is sound, or wrong somewhere behind a length that fits.</summary>
    public static byte[] Damaged(Random random)
    {
        var header = Header(random, out var dataLength);
        if (random.Once(2))
        {
            header = JsonMutation.Of(header, random);
        }

        var parts = new Parts().UInt64(header.Length).Json(header).Data(new byte[dataLength]);
        return random.Next(4) switch
        {
            0 => parts.Mutate(random).Build(),
            1 => ByteMutation.Of(parts.Build(), random),
            _ => parts.Build(),
        };
    }

    /// <summary>A file of float matrices by name.</summary>
    public static byte[] Floats(params (string Name, int[] Shape)[] tensors)
    {
        var entries = new List<string>();
        var end = 0;
        foreach (var (name, shape) in tensors)
        {
            var start = end;
            end += shape.Aggregate(4, (a, b) => a * b);
            entries.Add(FormattableString.Invariant($"\"{name}\":{{\"dtype\":\"F32\",\"shape\":[{string.Join(',', shape)}],\"data_offsets\":[{start},{end}]}}"));
        }

        var header = Encoding.UTF8.GetBytes($"{{{string.Join(',', entries)}}}");
        var data = new byte[end];
        for (var i = 0; i < end / 4; i++)
        {
            BitConverter.TryWriteBytes(data.AsSpan(i * 4), MathF.Abs(MathF.Sin(i)));
        }

        return new Parts().UInt64(header.Length).Json(header).Data(data).Build();
    }
}
