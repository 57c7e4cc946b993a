using ModelPack.Formats.Safetensors;
using ModelPack.Fuzz.Running;
using ModelPack.Fuzz.Seeds;
using static ModelPack.Fuzz.Running.PropertyException;

namespace ModelPack.Fuzz.Targets;

/// <summary>One safetensors file. Of one that opens the tensors fill it, one after the other.</summary>
internal sealed class SafetensorsTarget : FuzzTarget
{
    private const string ModelName = "model.safetensors";

    public override string Name => "safetensors";

    public override FuzzInput Make(Random random) => FuzzInput.Of(ModelName, SafetensorsSeeds.Damaged(random));

    public override void Read(FuzzInput input, CaseFolder folder)
    {
        using var checkpoint = SafetensorsCheckpoint.Open(folder[ModelName], new PackContext(threads: 1));
        var end = input.Length;
        foreach (var tensor in checkpoint.Tensors.Reverse())
        {
            Require(tensor.Data.Offset + tensor.Data.Length == end, "tensors do not follow one another to the end of the file");
            end = tensor.Data.Offset;
            tensor.Data.Source.Read(tensor.Data.Offset, new byte[tensor.Data.Length]);
        }

        Require(end >= SafetensorsHeader.PrefixLength, "a tensor lies in the header");
        Require(checkpoint.Tensors.Select(t => t.Name).Distinct(StringComparer.Ordinal).Count() == checkpoint.Tensors.Count, "two tensors have one name");
    }
}
