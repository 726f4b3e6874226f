using Nunchi.Tensors.Safetensors;

namespace Nunchi.Checkpoints.Lora;

/// <summary>The two halves of what an adapter adds to one module: A [rank, in] and B [out, rank].</summary>
/// <param name="isEmbedding">The module is an embedding, whose halves are stored for its transpose.</param>
internal sealed class LoraPair(bool isEmbedding)
{
    internal bool IsEmbedding => isEmbedding;

    internal SafetensorsEntry? A { get; private set; }

    internal SafetensorsEntry? B { get; private set; }

    /// <summary>Reads <c>MODULE.lora_A.weight</c>, <c>MODULE.lora_B.default.weight</c>, <c>MODULE.lora_embedding_A</c> and the like.</summary>
    internal static bool TryParse(string name, out string module, out bool first, out bool embedding)
    {
        module = "";
        first = embedding = false;
        int at = name.LastIndexOf(".lora_", StringComparison.Ordinal);
        if (at < 0)
            return false;
        string[] parts = name[(at + 1)..].Split('.');
        embedding = parts[0] is "lora_embedding_A" or "lora_embedding_B";
        if (!embedding && (parts[0] is not ("lora_A" or "lora_B") || parts[^1] != "weight" || parts.Length > 3))
            return false;
        if (embedding && parts.Length > 2)
            return false;
        module = name[..at];
        first = parts[0].EndsWith('A');
        return true;
    }

    /// <summary>False when that half was there.</summary>
    internal bool TrySet(bool first, SafetensorsEntry entry)
    {
        if ((first ? A : B) != null)
            return false;
        if (first)
            A = entry;
        else
            B = entry;
        return true;
    }
}
