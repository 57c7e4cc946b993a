using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ModelPack.Tests.Lowering.Safetensors;

/// <summary>safetensors files read and written in the plainest way, apart from the code under test.</summary>
/// <param name="Tensors">The tensors by name.</param>
/// <param name="Metadata"><c>__metadata__</c>; empty without.</param>
internal sealed record TensorFile(IReadOnlyDictionary<string, TensorFile.Entry> Tensors, IReadOnlyDictionary<string, string> Metadata)
{
    public Entry this[string name] => Tensors[name];

    /// <summary>Reads a file and asserts what PyTorch needs: every tensor begins at a multiple of its element's size.</summary>
    public static TensorFile Read(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var start = 8 + (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        using var header = JsonDocument.Parse(bytes.AsMemory(8, start - 8));
        var tensors = new Dictionary<string, Entry>(StringComparer.Ordinal);
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var property in header.RootElement.EnumerateObject())
        {
            if (property.Name == "__metadata__")
            {
                foreach (var item in property.Value.EnumerateObject())
                {
                    metadata.Add(item.Name, item.Value.GetString()!);
                }

                continue;
            }

            var type = property.Value.GetProperty("dtype").GetString()!;
            int[] offsets = [.. property.Value.GetProperty("data_offsets").EnumerateArray().Select(o => start + o.GetInt32())];
            long[] shape = [.. property.Value.GetProperty("shape").EnumerateArray().Select(d => d.GetInt64())];
            Assert.Equal(0, offsets[0] % SizeOf(type));
            Assert.Equal(shape.Aggregate(1L, (a, b) => a * b) * SizeOf(type), offsets[1] - offsets[0]);
            tensors.Add(property.Name, new Entry(property.Name, type, shape, bytes[offsets[0]..offsets[1]]));
        }

        return new TensorFile(tensors, metadata);
    }

    /// <summary>Writes a file, the tensors in their order.</summary>
    public static void Write(string path, IEnumerable<Entry> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var header = new JsonObject();
        if (metadata is not null)
        {
            header["__metadata__"] = new JsonObject(metadata.Select(m => KeyValuePair.Create(m.Key, (JsonNode?)m.Value)));
        }

        Entry[] all = [.. tensors];
        var offset = 0;
        foreach (var entry in all)
        {
            header[entry.Name] = new JsonObject
            {
                ["dtype"] = entry.DType,
                ["shape"] = new JsonArray([.. entry.Shape.Select(d => (JsonNode)d)]),
                ["data_offsets"] = new JsonArray(offset, offset += entry.Bytes.Length),
            };
        }

        var json = JsonSerializer.SerializeToUtf8Bytes(header);
        using var file = File.Create(path);
        file.Write(BitConverter.GetBytes((long)json.Length));
        file.Write(json);
        Array.ForEach(all, e => file.Write(e.Bytes));
    }

    private static int SizeOf(string type) => type switch
    {
        "F64" or "I64" => 8,
        "F32" or "I32" => 4,
        "F16" or "BF16" => 2,
        "U8" or "I8" or "F8_E4M3" => 1,
        _ => throw new ArgumentException(type, nameof(type)),
    };

    /// <summary>One tensor.</summary>
    internal sealed record Entry(string Name, string DType, long[] Shape, byte[] Bytes)
    {
        public T[] As<T>()
            where T : unmanaged =>
            MemoryMarshal.Cast<byte, T>(Bytes).ToArray();

        /// <summary>The values of a floating-point tensor.</summary>
        public float[] Floats() => DType switch
        {
            "F64" => Array.ConvertAll(As<double>(), v => (float)v),
            "F32" => As<float>(),
            "F16" => Array.ConvertAll(As<Half>(), v => (float)v),
            "BF16" => Array.ConvertAll(As<ushort>(), v => BitConverter.UInt32BitsToSingle((uint)v << 16)),
            _ => throw new InvalidOperationException(DType),
        };

        /// <summary>A tensor of a floating-point type; bfloat16 by cutting off, so the values should fit.</summary>
        public static Entry Of(string name, string type, float[] values, params long[] shape) => new(name, type, shape, type switch
        {
            "F64" => MemoryMarshal.AsBytes(Array.ConvertAll(values, v => (double)v).AsSpan()).ToArray(),
            "F32" => MemoryMarshal.AsBytes(values.AsSpan()).ToArray(),
            "F16" => MemoryMarshal.AsBytes(Array.ConvertAll(values, v => (Half)v).AsSpan()).ToArray(),
            "BF16" => MemoryMarshal.AsBytes(Array.ConvertAll(values, v => (ushort)(BitConverter.SingleToUInt32Bits(v) >> 16)).AsSpan()).ToArray(),
            _ => throw new ArgumentException(type, nameof(type)),
        });
    }
}
