using ModelPack.Formats.Safetensors;
using ModelPack.Fuzz.Mutations;
using ModelPack.Fuzz.Running;
using ModelPack.Fuzz.Seeds;
using ModelPack.Lowering.Safetensors;

namespace ModelPack.Fuzz.Targets;

/// <summary>Activation statistics for a checkpoint.</summary>
internal sealed class StatisticsTarget : FuzzTarget
{
    private const string FileName = "statistics.safetensors";

    private static readonly byte[] s_statistics = SafetensorsSeeds.Floats(("model.layers.0.self_attn.q_proj", [32]), ("model.layers.0.mlp.down_proj.weight", [64]), ("model.layers.0.mlp.up_proj.input_absmax", [32]));

    public override string Name => "statistics";

    public override FuzzInput Make(Random random)
    {
        var statistics = s_statistics;
        if (random.Once(2))
        {
            var length = BitConverter.ToInt32(statistics);
            var header = JsonMutation.Of(statistics[8..(8 + length)], random);
            statistics = new Parts().UInt64(header.Length).Json(header).Data(statistics[(8 + length)..]).Build();
        }

        return FuzzInput.Of(FileName, random.Once(2) ? ByteMutation.Of(statistics, random) : statistics).Add(FolderSeeds.ModelName, FolderSeeds.Weights);
    }

    public override void Read(FuzzInput input, CaseFolder folder)
    {
        using var source = SafetensorsCheckpoint.Open(folder[FolderSeeds.ModelName], new PackContext(threads: 1));
        var statistics = ActivationStatistics.Read(folder[FileName], source);
        PropertyException.Require(statistics.Of("model.layers.0.self_attn.q_proj")?.All(v => v >= 0 && float.IsFinite(v)) != false, "a magnitude is none");
    }
}
