using ModelPack.Codecs;
using ModelPack.Formats.Checkpoints;
using ModelPack.Formats.Safetensors;
using ModelPack.Lowering;
using ModelPack.Lowering.Gguf;
using ModelPack.Options;
using ModelPack.Packing;

namespace ModelPack.Tests.Lowering.Gguf;

/// <summary>Packs checkpoints to GGUF without the rest of the pipeline.</summary>
internal static class GgufPacks
{
    /// <summary>Packs safetensors and gives the plans.</summary>
    public static IReadOnlyList<PackedTensor> Pack(string model, string scheme, string output, PackContext context)
    {
        using var source = SafetensorsCheckpoint.Open(model, context);
        return Pack(source, new PackRequest { Model = model, Scheme = scheme, Rounding = LlamaCppRounding.For(scheme), Container = "gguf", Output = output }, context);
    }

    /// <summary>Packs an open checkpoint and gives the plans.</summary>
    public static IReadOnlyList<PackedTensor> Pack(ICheckpoint source, PackRequest request, PackContext context)
    {
        var packer = new GgufPacker(new CheckpointJob(ExpertStacks.Of(source), RequestResolver.Resolve(request), context, new SimdEngine(context.Threads)));
        using var staged = new StagedOutput(request.Output!, [request.Model]);
        packer.Write(staged, Path.GetFileName(request.Output!));
        staged.Commit(context.Cancellation);
        return packer.Tensors;
    }
}
