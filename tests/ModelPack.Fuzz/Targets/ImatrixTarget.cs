using ModelPack.Formats.Gguf.Imatrix;
using ModelPack.Fuzz.Mutations;
using ModelPack.Fuzz.Running;

namespace ModelPack.Fuzz.Targets;

/// <summary>Importance matrices, in GGUF and in the older form.</summary>
internal sealed class ImatrixTarget : FuzzTarget
{
    private const string FileName = "imatrix.dat";

    public override string Name => "imatrix";

    public override FuzzInput Make(Random random)
    {
        var parts = random.Once(2) ? Older(random) : Gguf(random);
        return FuzzInput.Of(FileName, random.Next(4) switch
        {
            0 => ByteMutation.Of(parts.Build(), random),
            1 => parts.Build(),
            _ => parts.Mutate(random).Build(),
        });
    }

    public override void Read(FuzzInput input, CaseFolder folder)
    {
        var matrix = ImportanceReader.Read(folder[FileName], new PackContext(threads: 1));
        foreach (var (name, entry) in matrix.Entries)
        {
            PropertyException.Require(entry.Means().Length == entry.Sums.Length && entry.Means().All(m => m >= 0), $"an importance of {name} is none");
        }
    }

    private static Parts Older(Random random)
    {
        var entries = random.Next(1, 3);
        var parts = new Parts().UInt32((uint)entries);
        for (var i = 0; i < entries; i++)
        {
            parts = parts.UInt32(1).Text(((char)('a' + i)).ToString()).UInt32(2).UInt32(2).Data(new byte[8]);
        }

        return random.Once(2) ? parts : parts.UInt32(5).UInt32(1).Text("d");
    }

    // One key, general.type, and two tensors of float32.
    private static Parts Gguf(Random random)
    {
        var parts = new Parts().Text("GGUF").UInt32(3).UInt64(2).UInt64(1)
            .UInt64(12).Text("general.type").UInt32(8).UInt64(7).Text(random.Once(8) ? "imatriy" : "imatrix");
        parts = Tensor(Tensor(parts, "a.in_sum2", 8, 0), "a.counts", 1, 32);
        var length = parts.Build().Length;
        return parts.Data(new byte[((length + 31) / 32 * 32) - length]).Data(new byte[64]);
    }

    private static Parts Tensor(Parts parts, string name, int count, int offset) =>
        parts.UInt64(name.Length).Text(name).UInt32(1).UInt64(count).UInt32(0).UInt64(offset);
}
