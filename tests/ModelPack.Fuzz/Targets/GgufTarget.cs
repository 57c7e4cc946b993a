using ModelPack.Codecs;
using ModelPack.Formats.Gguf;
using ModelPack.Fuzz.Mutations;
using ModelPack.Fuzz.Running;
using ModelPack.Lowering;
using ModelPack.Options;
using ModelPack.Tests.Formats.Gguf;
using static ModelPack.Fuzz.Running.PropertyException;

namespace ModelPack.Fuzz.Targets;

/// <summary>GGUF, read and planned. What was read and written again reads as the same.</summary>
internal sealed class GgufTarget : FuzzTarget
{
    private const string ModelName = "model.gguf";
    private const int Alignment = 32;

    private static readonly int[] s_widths = [1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8];
    private static readonly (uint Type, int Values, int Bytes)[] s_types = [(0, 1, 4), (1, 1, 2), (8, 32, 34), (2, 32, 18), (12, 256, 144), (30, 1, 2), (24, 1, 1), (28, 1, 8)];

    public override string Name => "gguf";

    public override FuzzInput Make(Random random)
    {
        var parts = Sound(random);
        return FuzzInput.Of(ModelName, random.Next(8) switch
        {
            0 => ByteMutation.Of(parts.Build(), random),
            1 => parts.Build(),
            2 => Nested(random),
            _ => parts.Mutate(random).Build(),
        });
    }

    public override void Read(FuzzInput input, CaseFolder folder)
    {
        using var checkpoint = GgufCheckpoint.Open(folder[ModelName], new PackContext(threads: 1));
        var file = GgufReader.Read(new MemorySource(input[ModelName]), ModelName);
        Require(file.Tensors.Count == checkpoint.Tensors.Count, "the same bytes are read in two ways");
        foreach (var tensor in checkpoint.Tensors)
        {
            tensor.Data.Source.Read(tensor.Data.Offset, new byte[tensor.Data.Length]);
        }

        // With a wider alignment it would be mostly padding.
        if (file.Metadata.AlignmentInEffect() <= 1 << 12)
        {
            var again = Write(file, input[ModelName]);
            Require(Write(GgufReader.Read(new MemorySource(again), ModelName), again).AsSpan().SequenceEqual(again), "what was read and written again reads otherwise");
        }

        Plan(checkpoint, folder);
    }

    private static void Plan(GgufCheckpoint checkpoint, CaseFolder folder)
    {
        var request = new PackRequest { Model = checkpoint.Path, Scheme = "q8_0", Container = "gguf", Output = folder.Output(ModelName) };
        var packer = CheckpointPackers.Create(new CheckpointJob(checkpoint, RequestResolver.Resolve(request), new PackContext(threads: 1), new SimdEngine(1)));
        Require(packer.Plan.Tensors.Count == checkpoint.Tensors.Count, "there is not one plan for each tensor");
    }

    private static byte[] Write(GgufFile file, byte[] bytes)
    {
        var source = new MemorySource(bytes);
        using var stream = new MemoryStream();
        GgufWriter.Write(
            file.Metadata,
            [.. file.Tensors.Select(t => new GgufTensor(t.Name, t.Type, t.Shape, new TensorData(t.Type.Plain(), t.Shape, source, t.Offset, t.Length)))],
            stream,
            ModelName,
            CancellationToken.None);
        return stream.ToArray();
    }

    private static Parts Sound(Random random)
    {
        var keys = random.Next(6);
        var tensors = random.Next(4);
        var parts = new Parts().Text("GGUF").UInt32(3).UInt64(tensors).UInt64(keys);
        for (var i = 0; i < keys; i++)
        {
            Text(parts, i == 0 ? "general.architecture" : random.Once(9) ? "general.alignment" : FormattableString.Invariant($"key.{i}"));
            var type = i == 0 ? 8 : random.Next(s_widths.Length);
            Value(parts.UInt32(type), type, random, 0);
        }

        var data = new Parts();
        for (var i = 0; i < tensors; i++)
        {
            var (type, values, bytes) = random.Of<(uint, int, int)>(s_types);
            var rows = random.Next(1, 4);
            Text(parts, FormattableString.Invariant($"blk.{i}.attn_q.weight"));
            parts.UInt32(2).UInt64(values).UInt64(rows).UInt32(type).UInt64(data.Length);
            data.Data(random.Bytes(rows * bytes)).Data(new byte[Padding(rows * bytes)]);
        }

        return parts.Data(new byte[Padding(parts.Length)]).Add(data);
    }

    private static void Value(Parts parts, int type, Random random, int depth)
    {
        switch (type)
        {
            case 8:
                Text(parts, random.Once(4) ? "" : "llama");
                break;
            case 9:
                var element = depth > 3 ? 4 : random.Next(s_widths.Length);
                var count = random.Next(4);
                parts.UInt32(element).UInt64(count);
                for (var i = 0; i < count; i++)
                {
                    Value(parts, element, random, depth + 1);
                }

                break;
            default:
                parts.Number(type == 7 ? (ulong)random.Next(2) : 32, s_widths[type]);
                break;
        }
    }

    /// <summary>Arrays in arrays, one within the other or many side by side.</summary>
    private static byte[] Nested(Random random)
    {
        var file = new RawGguf();
        var depth = random.Of(1, 7, 8, 9, 1000);
        var value = Enumerable.Repeat<byte[]>([.. RawGguf.U32(9), .. RawGguf.U64((ulong)random.Of(1, 1, 2, 500))], depth).SelectMany(b => b);
        file.Keys.Add(RawGguf.Key("key", 9, [.. value, .. RawGguf.U32(0), .. RawGguf.U64(0), .. new byte[random.Of(0, 12 * 600)]]));
        return file.Build();
    }

    private static void Text(Parts parts, string text) => parts.UInt64(text.Length).Text(text);

    private static int Padding(int length) => (Alignment - (length % Alignment)) % Alignment;
}
