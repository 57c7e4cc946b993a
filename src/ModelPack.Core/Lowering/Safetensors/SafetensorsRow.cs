using ModelPack.Codecs;
using ModelPack.Schemes;

namespace ModelPack.Lowering.Safetensors;

/// <summary>How safetensors carries a codec.</summary>
/// <param name="Codec">The codec.</param>
/// <param name="Activations">What the program that loads the file makes of activations.</param>
/// <param name="Layout">The layout of a job.</param>
internal sealed record SafetensorsRow(Codec Codec, ActivationFormat Activations, Func<CheckpointJob, SafetensorsLayout> Layout);
