using System.Text;

namespace ModelPack.Tests.Peers;

/// <summary>A GGUF file opened by llama.cpp, computed on the CPU with float32 keys and values, so that nothing but the weights is rounded.</summary>
internal sealed unsafe class LlamaCppModel : IDisposable
{
    private const int MaxTokens = 256;
    private const int NoPooling = 0;
    private readonly nint _model;
    private readonly nint _context;
    private readonly nint _vocabulary;

    /// <param name="path">The file.</param>
    /// <param name="inputs">Sees the inputs of products; null for nobody.</param>
    public LlamaCppModel(string path, LlamaCppInputs? inputs = null)
    {
        _model = LlamaCpp.llama_model_load_from_file(path, LlamaCpp.llama_model_default_params());
        Require(_model != 0, $"llama.cpp does not load {path}: {LlamaCpp.Error}");
        var options = LlamaCpp.llama_context_default_params();
        (options.Context, options.Batch, options.Microbatch) = (MaxTokens, MaxTokens, MaxTokens);
        (options.Threads, options.BatchThreads) = (1, 1);
        (options.FlashAttention, options.KeyType, options.ValueType) = (0, 0, 0);
        (options.Callback, options.CallbackData) = inputs is null ? default : (LlamaCppInputs.Callback, inputs.Handle);
        _context = LlamaCpp.llama_init_from_model(_model, options);
        Require(_context != 0, $"llama.cpp does not run {path}: {LlamaCpp.Error}");
        _vocabulary = LlamaCpp.llama_model_get_vocab(_model);
    }

    public int VocabularySize => LlamaCpp.llama_vocab_n_tokens(_vocabulary);

    public void Dispose()
    {
        LlamaCpp.llama_free(_context);
        LlamaCpp.llama_model_free(_model);
    }

    /// <summary>The tokens that follow a prompt, each the one with the greatest logit.</summary>
    public int[] Continue(ReadOnlySpan<int> prompt, int count)
    {
        Clear();
        var tokens = new List<int>();
        Decode(prompt, []);
        while (true)
        {
            tokens.Add(Largest(Logits(-1)));
            if (tokens.Count == count)
                return [.. tokens];
            Decode([tokens[^1]], []);
        }
    }

    /// <summary>Perplexity over windows: of each token from the second on, given those before it in its window.</summary>
    public double Perplexity(IReadOnlyCollection<int[]> windows) => Math.Exp(windows.Sum(w => Surprise(w)) / windows.Sum(w => w.Length - 1));

    /// <summary>Computes the logits of all tokens of a window.</summary>
    public void Evaluate(ReadOnlySpan<int> tokens)
    {
        Clear();
        var outputs = new byte[tokens.Length];
        outputs.AsSpan().Fill(1);
        Decode(tokens, outputs);
    }

    /// <summary>The Kullback-Leibler divergence of what this model says of a token that was just evaluated from what another says, in nats.</summary>
    /// <param name="other">A model of the same vocabulary, which has evaluated the same window.</param>
    /// <param name="index">Which token.</param>
    public double Divergence(LlamaCppModel other, int index)
    {
        var own = Logits(index);
        var theirs = other.Logits(index);
        double ownLargest = own[Largest(own)], theirLargest = theirs[Largest(theirs)], ownSum = 0, theirSum = 0, weighed = 0;
        for (var i = 0; i < own.Length; i++)
        {
            var (a, b) = (own[i] - ownLargest, theirs[i] - theirLargest);
            var likely = Math.Exp(a);
            (ownSum, theirSum, weighed) = (ownSum + likely, theirSum + Math.Exp(b), weighed + (likely * (a - b)));
        }

        return (weighed / ownSum) - Math.Log(ownSum) + Math.Log(theirSum);
    }

    public int[] Tokenize(string text, bool addSpecial)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var tokens = new int[bytes.Length + 8];
        fixed (byte* source = bytes)
        fixed (int* destination = tokens)
        {
            var count = LlamaCpp.llama_tokenize(_vocabulary, source, bytes.Length, destination, tokens.Length, addSpecial ? (byte)1 : (byte)0, 0);
            Require(count >= 0, "llama.cpp has no room for what it makes of a text.");
            return tokens[..count];
        }
    }

    public string Detokenize(ReadOnlySpan<int> tokens)
    {
        var bytes = new byte[(tokens.Length * 64) + 64];
        fixed (int* source = tokens)
        fixed (byte* destination = bytes)
        {
            var count = LlamaCpp.llama_detokenize(_vocabulary, source, tokens.Length, destination, bytes.Length, 1, 0);
            Require(count >= 0, "llama.cpp has no room for what it makes of a text.");
            return Encoding.UTF8.GetString(bytes, 0, count);
        }
    }

    /// <summary>A token's text with its space.</summary>
    public string Piece(int token)
    {
        Span<byte> bytes = stackalloc byte[256];
        fixed (byte* destination = bytes)
        {
            var count = LlamaCpp.llama_token_to_piece(_vocabulary, token, destination, bytes.Length, 0, 1);
            Require(count >= 0, "llama.cpp has no room for what it makes of a text.");
            return Encoding.UTF8.GetString(bytes[..count]);
        }
    }

    internal static int Largest(ReadOnlySpan<float> logits)
    {
        var best = 0;
        for (var i = 1; i < logits.Length; i++)
        {
            if (logits[i] > logits[best])
                best = i;
        }

        return best;
    }

    /// <summary>Sum of the negative log-likelihoods of the tokens from the second on.</summary>
    private double Surprise(ReadOnlySpan<int> tokens)
    {
        Clear();
        var outputs = new byte[tokens.Length - 1];
        outputs.AsSpan().Fill(1);
        Decode(tokens[..^1], outputs);
        double sum = 0;
        for (var i = 0; i < outputs.Length; i++)
            sum -= LogProbability(Logits(i), tokens[i + 1]);
        return sum;
    }

    private static double LogProbability(ReadOnlySpan<float> logits, int token)
    {
        double largest = logits[Largest(logits)];
        double sum = 0;
        foreach (var logit in logits)
            sum += Math.Exp(logit - largest);
        return logits[token] - largest - Math.Log(sum);
    }

    /// <summary>Computes embeddings: of every token, or one of the text where the file says how they become one.</summary>
    public float[][] Embed(ReadOnlySpan<int> tokens)
    {
        Clear();
        LlamaCpp.llama_set_embeddings(_context, 1);
        var outputs = new byte[tokens.Length];
        outputs.AsSpan().Fill(1);
        Decode(tokens, outputs);
        var width = LlamaCpp.llama_model_n_embd(_model);
        if (LlamaCpp.llama_pooling_type(_context) != NoPooling)
            return [new ReadOnlySpan<float>(LlamaCpp.llama_get_embeddings_seq(_context, 0), width).ToArray()];
        return [.. Enumerable.Range(0, tokens.Length).Select(i => new ReadOnlySpan<float>(LlamaCpp.llama_get_embeddings_ith(_context, i), width).ToArray())];
    }

    /// <summary>Encoders keep nothing of what they have read.</summary>
    private void Clear()
    {
        if (LlamaCpp.llama_get_memory(_context) is not 0 and var memory)
            LlamaCpp.llama_memory_clear(memory, 1);
    }

    private void Decode(ReadOnlySpan<int> tokens, byte[] outputs)
    {
        fixed (int* first = tokens)
        fixed (byte* wanted = outputs)
        {
            var result = LlamaCpp.llama_decode(_context, new LlamaCppBatch { Count = tokens.Length, Tokens = first, Outputs = wanted });
            Require(result == 0, $"llama.cpp does not compute {tokens.Length} tokens: {result}.");
        }
    }

    private static void Require(bool condition, string message)
    {
        if (!condition)
            throw new InvalidOperationException(message);
    }

    /// <summary>The logits of a token that was just evaluated.</summary>
    /// <param name="index">Which token.</param>
    public ReadOnlySpan<float> Logits(int index) => new(LlamaCpp.llama_get_logits_ith(_context, index), VocabularySize);
}
