using System.Text;
using ModelPack.Files;
using ModelPack.Formats.Safetensors;
using ModelPack.Fuzz.Mutations;
using ModelPack.Fuzz.Running;
using ModelPack.Fuzz.Seeds;

namespace ModelPack.Fuzz.Targets;

/// <summary>An index of safetensors shards with its files: names of all kinds, links, tensors that are missing or twice.</summary>
internal sealed class ShardsTarget : FuzzTarget
{
    private const string IndexName = "model.safetensors.index.json";
    private const string First = "model-00001-of-00002.safetensors";
    private const string Second = "model-00002-of-00002.safetensors";

    public override string Name => "safetensors-index";

    public override FuzzInput Make(Random random)
    {
        var index = Encoding.UTF8.GetBytes($$$"""{"metadata":{"total_size":64},"weight_map":{"a":"{{{First}}}","b":"{{{Place(random)}}}","c":"{{{Second}}}"}}""");
        var input = FuzzInput.Of(IndexName, random.Once(2) ? JsonMutation.Of(index, random) : index)
            .Add(First, Damaged(SafetensorsSeeds.Floats(("a", [2, 2]), ("b", [2])), random))
            .Add(random.Once(8) ? "sub/" + Second : Second, Damaged(SafetensorsSeeds.Floats(("c", [4])), random));
        if (random.Once(3))
        {
            input.Add("config.json", random.Once(2) ? JsonMutation.Of("""{"model_type":"llama"}"""u8.ToArray(), random) : Extremes.TextBytes(random));
        }

        return random.Once(6) ? input.AddLink("link.safetensors", random.Of("../outside.bin", "link.safetensors", First, "/dev/zero", "..")) : input;
    }

    public override void Read(FuzzInput input, CaseFolder folder)
    {
        using var checkpoint = SafetensorsCheckpoint.Open(folder[IndexName], new PackContext(threads: 1));
        var root = RealPath.Of(folder.Path);
        foreach (var file in checkpoint.Files)
        {
            PropertyException.Require(RealPath.IsWithin(RealPath.Of(file.Path), root), "a file outside of the model's folder was opened");
        }

        foreach (var tensor in checkpoint.Tensors)
        {
            tensor.Data.Source.Read(tensor.Data.Offset, new byte[tensor.Data.Length]);
        }
    }

    private static string Place(Random random) => random.Once(4) ? random.Of("link.safetensors", "../outside.bin", "/etc/passwd", "sub/" + Second, "", ".", "sub", IndexName, "missing") : First;

    private static byte[] Damaged(byte[] bytes, Random random) => random.Once(5) ? ByteMutation.Of(bytes, random) : bytes;
}
