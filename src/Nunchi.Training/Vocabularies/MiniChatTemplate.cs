namespace Nunchi.Training.Vocabularies;

/// <summary>The chat template that is saved with a model made here: ChatML, each picture a placeholder on a line of its own.</summary>
internal static class MiniChatTemplate
{
    public const string Source = """
        {%- for message in messages -%}
            {{- '<|im_start|>' + message['role'] + '\n' -}}
            {%- if message['content'] is string -%}
                {{- message['content'] -}}
            {%- else -%}
                {%- for part in message['content'] -%}
                    {%- if part['type'] == 'image' -%}
                        {{- '<image>\n' -}}
                    {%- elif part['type'] == 'text' -%}
                        {{- part['text'] -}}
                    {%- endif -%}
                {%- endfor -%}
            {%- endif -%}
            {{- '<|im_end|>\n' -}}
        {%- endfor -%}
        {%- if add_generation_prompt -%}
            {{- '<|im_start|>assistant\n' -}}
        {%- endif -%}
        """;
}
