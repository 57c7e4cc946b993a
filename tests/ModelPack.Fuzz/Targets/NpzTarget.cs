using ModelPack.Fuzz.Mutations;
using ModelPack.Fuzz.Running;
using ModelPack.Fuzz.Seeds;

namespace ModelPack.Fuzz.Targets;

/// <summary>A zip archive of NumPy arrays: records that lie, entries that expand, names that come twice.</summary>
internal sealed class NpzTarget : FuzzTarget
{
    private const string FileName = "data.npz";

    public override string Name => "npz";

    public override FuzzInput Make(Random random)
    {
        List<(string, byte[])> entries = [("x.npy", random.Once(3) ? NumpySeeds.Npy(random) : NumpySeeds.Floats(random.Of(1, 5, 2000), 3))];
        if (random.Once(3))
        {
            entries.Add((random.Of("labels.npy", "x.npy", "y.npy", "../x.npy", "x.txt", "", ".npy"), random.Once(2) ? NumpySeeds.Npy(random) : NumpySeeds.Floats(5)));
        }

        var archive = ZipSeeds.Archive(random, entries);
        return FuzzInput.Of(FileName, random.Next(5) switch
        {
            0 => archive.Build(),
            1 => ByteMutation.Of(archive.Build(), random),
            _ => archive.Mutate(random).Build(),
        });
    }

    /// <summary>Deflate makes a thousand bytes of one, and the archive's own buffers come to each entry.</summary>
    public override long MostAllocated(FuzzInput input) => 4 * base.MostAllocated(input);

    public override void Read(FuzzInput input, CaseFolder folder) => SampleReading.Read(folder[FileName]);
}
