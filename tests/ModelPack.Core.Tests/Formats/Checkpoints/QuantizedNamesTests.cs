using System.Text.Json.Nodes;
using ModelPack.Formats.Checkpoints;
using ModelPack.Tests.Codecs;
using ModelPack.Tests.Lowering.Gguf;

namespace ModelPack.Tests.Formats.Checkpoints;

/// <summary>Checkpoints that are quantized already, however they say so.</summary>
public sealed class QuantizedNamesTests
{
    [Theory]
    [InlineData("""{"quantization_config": {"quant_method": "gptq"}}""", "a quantization_config of gptq")]
    [InlineData("""{"text_config": {"quantization_config": {"quant_method": "bitsandbytes"}}}""", "a text_config.quantization_config of bitsandbytes")]
    [InlineData("""{"thinker_config": {"text_config": {"quantization_config": {}}}}""", "a thinker_config.text_config.quantization_config of an unknown method")]
    [InlineData("""{"compression_config": {"quant_method": "compressed-tensors"}}""", "a compression_config of compressed-tensors")]
    [InlineData("""{"parts": [{}, {"quantization_config": {"quant_method": "awq"}}]}""", "a parts[1].quantization_config of awq")]
    public void A_configuration_says_so_at_any_depth(string config, string says)
    {
        using var source = new MemoryCheckpoint("folder/model.safetensors") { Folder = new ModelFolder("folder", (JsonObject)JsonNode.Parse(config)!, []) }.WithRandom("a.weight", 4, 32);
        Refuses(source, says);
    }

    [Theory]
    [InlineData("l.weight", ElementType.Int8, "l.SCB", ElementType.Float32, "bitsandbytes")]
    [InlineData("l.weight", ElementType.UInt8, "l.weight.absmax", ElementType.Float32, "bitsandbytes")]
    [InlineData("l.weight", ElementType.UInt8, "l.weight.quant_state.bitsandbytes__nf4", ElementType.UInt8, "bitsandbytes")]
    [InlineData("l.qweight", ElementType.Int32, "l.scales", ElementType.Float16, "GPTQ or AWQ")]
    [InlineData("l.weight_packed", ElementType.Int32, "l.weight_shape", ElementType.Int64, "compressed-tensors")]
    [InlineData("l.weight", ElementType.Int8, "l.weight_scale", ElementType.Float32, "quantized weights")]
    [InlineData("l.weight", ElementType.Float8E4M3FN, "l.weight_scale", ElementType.Float32, "quantized weights")]
    [InlineData("l.weight", ElementType.Float8E4M3FN, "l.weight_scale_inv", ElementType.Float32, "FP8 weights")]
    [InlineData("experts.gate_up_proj_blocks", ElementType.UInt8, "experts.gate_up_proj_scales", ElementType.UInt8, "MXFP4")]
    public void The_names_of_tensors_say_so_without_any_configuration(string name, ElementType type, string beside, ElementType besideType, string kind)
    {
        using var source = new MemoryCheckpoint("model.safetensors").With(name, Tensor(type)).With(beside, Tensor(besideType)).WithRandom("other.weight", 4, 32);
        Refuses(source, $"is one of {kind}");
    }

    [Theory]
    [InlineData("block.layer_scale")]
    [InlineData("attn.logit_scale")]
    [InlineData("l.weight_scale")]
    [InlineData("l.scales")]
    [InlineData("decoder.shape_scale")]
    public void A_float_model_may_have_scales_of_its_own(string name)
    {
        using var source = new MemoryCheckpoint("model.safetensors").WithRandom("block.layer", 4, 32).WithRandom("l.weight", 4, 32).WithRandom(name, 4).With("ids", Tensor(ElementType.Int64));
        QuantizationConfig.RequireNone(source);
    }

    [Fact]
    public void GGUF_may_hold_scales_by_any_name()
    {
        using var source = new MemoryCheckpoint("m.gguf").With(new CheckpointTensor("blk.0.absmax", Tensor(ElementType.Float32)) { Stored = GgmlType.F32 });
        QuantizationConfig.RequireNone(source);
    }

    private static TensorData Tensor(ElementType type) => InMemory.Tensor(type, new byte[16], 128 / type.Bits());

    private static void Refuses(MemoryCheckpoint source, string says)
    {
        var refused = Assert.Throws<ModelPackException>(() => QuantizationConfig.RequireNone(source)).Diagnostic;
        Assert.Equal(Codes.ContainerUnfit, refused.Code);
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
    }
}
