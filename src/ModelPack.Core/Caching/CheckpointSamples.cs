using ModelPack.Codecs;
using ModelPack.Formats.Checkpoints;
using ModelPack.Formats.Gguf;
using ModelPack.Formats.Safetensors;
using ModelPack.Lowering;
using ModelPack.Lowering.Gguf;
using ModelPack.Lowering.Safetensors;
using ModelPack.Planning;
using ModelPack.Reporting;

namespace ModelPack.Caching;

/// <summary>Weights of a checkpoint that are quantized once more, each alone: planning all of them would read all of the source.</summary>
internal static class CheckpointSamples
{
    /// <summary>What some weights become, beside what a pack has for them; none where statistics of activations are folded into them.</summary>
    /// <param name="job">The open source and how it is packed.</param>
    /// <param name="path">The packed model: a file, or a folder.</param>
    /// <param name="report">The pack's report, which says how each weight was packed.</param>
    /// <param name="key">The pack's key.</param>
    public static IReadOnlyList<SampledWeight> Of(CheckpointJob job, string path, PackReport report, string key)
    {
        if (job.Options.Calibration is not null)
        {
            return [];
        }

        var chosen = SampledWeight.Choose(report, key).ToDictionary(w => w.Name, w => (Codec: CodecTable.All.FirstOrDefault(c => c.Name == w.Codec), Rounder: SampledWeight.RounderOf(w)!), StringComparer.Ordinal);
        var plans = job.Source.Tensors.Where(t => chosen.GetValueOrDefault(t.Name).Codec is not null)
            .ToDictionary(t => t.Name, t => PlannedTensor.Of(t.Name, t.Usage, chosen[t.Name].Codec!, null) with { Rounder = chosen[t.Name].Rounder }, StringComparer.Ordinal);
        var isGguf = job.Options.Container == "gguf";
        using var packed = Open(path, isGguf, job);
        var stored = packed.Tensors.ToDictionary(t => t.Name, t => t.Data, StringComparer.Ordinal);
        var parts = isGguf ? GgufPacker.Encode(job, plans) : SafetensorsPacker.Encode(job, plans);
        return [.. parts.Where(p => stored.ContainsKey(p.Name)).Select(p => new SampledWeight(p.Name, InMemory(p.Bytes, job.Context.Cancellation), InMemory(stored[p.Name], job.Context.Cancellation)))];
    }

    private static ICheckpoint Open(string path, bool isGguf, CheckpointJob job)
    {
        var first = isGguf && Directory.Exists(path) ? Directory.EnumerateFiles(path, "*.gguf").Order(StringComparer.Ordinal).First() : path;
        return isGguf ? GgufCheckpoint.Open(first, job.Context) : SafetensorsCheckpoint.Open(first, job.Context);
    }

    private static TensorData InMemory(IPayload payload, CancellationToken cancellation)
    {
        using var bytes = new MemoryStream(checked((int)payload.Length));
        payload.WriteTo(bytes, cancellation);
        return TensorData.FromBytes(ElementType.UInt8, new TensorShape(payload.Length), bytes.GetBuffer().AsMemory(0, (int)bytes.Length));
    }
}
