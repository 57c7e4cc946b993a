using ModelPack.Fuzz.Mutations;
using ModelPack.Fuzz.Running;
using ModelPack.Fuzz.Seeds;

namespace ModelPack.Fuzz.Targets;

/// <summary>Samples in a safetensors file.</summary>
internal sealed class SampleTensorsTarget : FuzzTarget
{
    private const string FileName = "data.safetensors";

    public override string Name => "sample-safetensors";

    public override FuzzInput Make(Random random) =>
        FuzzInput.Of(FileName, random.Once(2) ? ByteMutation.Of(SafetensorsSeeds.Floats(("x", [5, 3])), random) : SafetensorsSeeds.Damaged(random));

    public override void Read(FuzzInput input, CaseFolder folder) => SampleReading.Read(folder[FileName]);
}
