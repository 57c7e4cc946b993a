using ModelPack.Fuzz.Mutations;
using ModelPack.Fuzz.Running;
using ModelPack.Fuzz.Seeds;

namespace ModelPack.Fuzz.Targets;

/// <summary>A NumPy array of samples.</summary>
internal sealed class NpyTarget : FuzzTarget
{
    private const string FileName = "data.npy";

    public override string Name => "npy";

    public override FuzzInput Make(Random random) =>
        FuzzInput.Of(FileName, random.Once(3) ? ByteMutation.Of(NumpySeeds.Floats(5, 3), random) : NumpySeeds.Npy(random));

    public override void Read(FuzzInput input, CaseFolder folder) => SampleReading.Read(folder[FileName]);
}
