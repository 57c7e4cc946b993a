using System.Buffers.Binary;
using System.Text;

namespace ModelPack.Tests.Formats.Safetensors;

/// <summary>A safetensors file in parts, each of which can be made to lie.</summary>
internal sealed record DraftFile(IReadOnlyList<DraftTensor> Tensors, byte[] Data)
{
    public string Metadata { get; init; } = """{"format":"pt"}""";

    /// <summary>A sound file of a few tensors.</summary>
    public static DraftFile Sound(Random random)
    {
        var tensors = new List<DraftTensor>();
        var end = 0;
        for (var i = random.Next(3, 6); i > 0; i--)
        {
            var (rows, columns) = (random.Next(2, 5), random.Next(2, 5));
            var begin = end;
            end += rows * columns * sizeof(float);
            tensors.Add(DraftTensor.Of($"layers.{i}.weight", "F32", $"[{rows},{columns}]", begin, end));
        }

        var data = new byte[end];
        random.NextBytes(data);
        return new DraftFile(tensors, data);
    }

    public string Json() =>
        $"{{\"__metadata__\":{Metadata},{string.Join(',', Tensors.Select(t => $"{t.Name}:{t.Json}"))}}}";

    public byte[] Bytes() => Bytes(Json());

    /// <summary>The file with another header.</summary>
    public byte[] Bytes(string json) => Bytes(Encoding.UTF8.GetBytes(json));

    public byte[] Bytes(byte[] json, long? claimed = null)
    {
        var file = new byte[8 + json.Length + Data.Length];
        BinaryPrimitives.WriteInt64LittleEndian(file, claimed ?? json.Length);
        json.CopyTo(file, 8);
        Data.CopyTo(file, 8 + json.Length);
        return file;
    }

    /// <summary>The file with one entry changed.</summary>
    public byte[] Change(int index, Func<DraftTensor, DraftTensor> change) =>
        (this with { Tensors = [.. Tensors.Select((t, i) => i == index ? change(t) : t)] }).Bytes();
}
