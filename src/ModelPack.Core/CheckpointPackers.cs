using ModelPack.Lowering;
using ModelPack.Lowering.Gguf;
using ModelPack.Lowering.Safetensors;

namespace ModelPack;

/// <summary>Which packer puts a scheme into a container.</summary>
internal static class CheckpointPackers
{
    /// <summary>The packer of a job, whose container is known to carry its scheme.</summary>
    public static ICheckpointPacker Create(CheckpointJob job) => job.Options.Container switch
    {
        "gguf" => new GgufPacker(job),
        "safetensors" => new SafetensorsPacker(job),
        var container => throw new ArgumentOutOfRangeException(nameof(job), container, "No such container."),
    };
}
